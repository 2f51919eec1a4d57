/* The address of something on the server of this page, which may live below a path ("/video/"): never "/…". */
export function serverUrl(path: string): string {
  return new URL(path, document.baseURI).href;
}
