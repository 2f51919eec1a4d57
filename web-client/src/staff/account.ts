import type { Drawer } from '@/core';

/* Who is signed in at this tab; it survives a reload and dies with the tab. */
export interface Account {
  token: string;
  staffNo: string;
  window: string | null;
}

export class AccountDrawer {
  constructor(private readonly drawer: Drawer) {}

  read(): Account | null {
    const token = this.drawer.get('token');
    const staffNo = this.drawer.get('staff_no');
    return token === null || staffNo === null
      ? null
      : { token, staffNo, window: this.drawer.get('window') };
  }

  write(account: Account): void {
    this.drawer.set('token', account.token);
    this.drawer.set('staff_no', account.staffNo);
    if (account.window !== null) {
      this.drawer.set('window', account.window);
    }
  }

  clear(): void {
    ['token', 'staff_no', 'window'].forEach((name) => this.drawer.remove(name));
  }
}
