/** Which way a page's media goes: {by: 'relay' or 'itself', protocol: udp, tcp or tls}. A connection's own port is found by
 * the server: the browser then calls it peer-reflexive. */
export function way(party) {
  return party.page.evaluate(async () => {
    const stats = await window.shipinban.pc.getStats();
    const all = [...stats.values()];
    const transport = all.find((s) => s.type === 'transport');
    const pair = stats.get(transport?.selectedCandidatePairId) ?? all.find((s) => s.type === 'candidate-pair' && s.nominated && s.state === 'succeeded');
    const local = stats.get(pair.localCandidateId);
    return { by: local.candidateType === 'relay' ? 'relay' : 'itself', protocol: local.relayProtocol ?? local.protocol };
  });
}
