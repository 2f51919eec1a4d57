const readings = 2;

/* Media that should come and does not, while the connection lives. */
export class Stall {
  private count = 0;

  /* True once: a stall is answered once; if a new connection does not help, the other side is the cause. */
  read(bytesIn: number, expected: boolean): boolean {
    this.count = bytesIn > 0 || !expected ? 0 : this.count + 1;
    return this.count === readings;
  }
}
