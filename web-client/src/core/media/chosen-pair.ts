interface PairEntry {
  type: string;
  nominated?: boolean;
  state?: string;
}

/* The candidate pair that media goes over, out of getStats(); undefined while there is none. */
export function chosenPair<Entry extends PairEntry>(entries: Entry[]): Entry | undefined {
  return entries.find((one) => one.type === 'candidate-pair' && one.nominated === true && one.state === 'succeeded');
}
