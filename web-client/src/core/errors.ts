/*
 * One error for everything that can go wrong between the page and the server. `code` is stable and is what pages translate:
 * the protocol's own codes, and `client.*` and `http.*` for what never reached the server.
 */
export class ClientError extends Error {
  constructor(
    readonly code: string,
    message: string = code,
    readonly retryMs: number | null = null,
  ) {
    super(message);
    this.name = 'ClientError';
  }
}

export function codeOf(error: unknown): string {
  return error instanceof ClientError ? error.code : 'client.unknown';
}
