/* A drawer that may be locked: private windows and WebViews forbid storage by throwing. */
export interface Drawer {
  get(name: string): string | null;
  set(name: string, value: string): void;
  remove(name: string): void;
}

export function memoryDrawer(): Drawer {
  const values = new Map<string, string>();
  return {
    get: (name) => values.get(name) ?? null,
    set: (name, value) => void values.set(name, value),
    remove: (name) => void values.delete(name),
  };
}

/* The tab's own drawer: it survives a reload, and dies with the tab. */
export function sessionDrawer(prefix: string): Drawer {
  const fallback = memoryDrawer();
  const guarded = <T>(act: (storage: Storage) => T, otherwise: () => T): T => {
    try {
      return act(window.sessionStorage);
    } catch {
      return otherwise();
    }
  };
  return {
    get: (name) =>
      guarded(
        (storage) => storage.getItem(prefix + name),
        () => fallback.get(name),
      ),
    set: (name, value) =>
      guarded(
        (storage) => storage.setItem(prefix + name, value),
        () => fallback.set(name, value),
      ),
    remove: (name) =>
      guarded(
        (storage) => storage.removeItem(prefix + name),
        () => fallback.remove(name),
      ),
  };
}
