import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Recovery } from './recovery';

const restart = vi.fn();
const rebuild = vi.fn();
let recovery: Recovery;

beforeEach(() => {
  vi.useFakeTimers();
  restart.mockReset();
  rebuild.mockReset();
  recovery = new Recovery({ restart, rebuild });
  recovery.begun();
});
afterEach(() => {
  recovery.stop();
  vi.useRealTimers();
});

describe('recovery', () => {
  it('leaves a healthy connection alone', () => {
    recovery.iceState('checking');
    recovery.iceState('connected');
    vi.advanceTimersByTime(60_000);
    expect([restart.mock.calls.length, rebuild.mock.calls.length, recovery.recovering]).toEqual([0, 0, false]);
  });

  it('restarts ICE after 2.5 s of disconnected, and not before', () => {
    recovery.iceState('connected');
    recovery.iceState('disconnected');
    vi.advanceTimersByTime(2_499);
    expect(restart).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(restart).toHaveBeenCalledTimes(1);
  });

  it('forgives a short disconnection', () => {
    recovery.iceState('connected');
    recovery.iceState('disconnected');
    vi.advanceTimersByTime(2_000);
    recovery.iceState('connected');
    vi.advanceTimersByTime(60_000);
    expect(restart).not.toHaveBeenCalled();
  });

  it('restarts at once when ICE failed or the network changed', () => {
    recovery.iceState('connected');
    recovery.iceState('failed');
    recovery.networkChanged();
    expect(restart).toHaveBeenCalledTimes(2);
  });

  it('builds anew 5 s after a restart that did not help, then at growing intervals', () => {
    recovery.iceState('connected');
    recovery.iceState('failed');
    vi.advanceTimersByTime(4_999);
    expect(rebuild).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(rebuild).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(10_000);
    expect(rebuild).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(19_999);
    expect(rebuild).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(1);
    expect(rebuild).toHaveBeenCalledTimes(3);
  });

  it('builds anew when a connection never comes up', () => {
    vi.advanceTimersByTime(5_000);
    expect(rebuild).toHaveBeenCalledTimes(1);
  });

  it('answers a stall once', () => {
    recovery.iceState('connected');
    recovery.mediaStalled();
    recovery.mediaStalled();
    expect(rebuild).toHaveBeenCalledTimes(1);
  });

  it('restarts at once when what came steadily stopped, once, and is content when it comes again', () => {
    recovery.iceState('connected');
    recovery.pathLost();
    recovery.pathLost();
    expect(restart).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2_000);
    recovery.heard();
    expect(recovery.recovering).toBe(false);
    vi.advanceTimersByTime(60_000);
    expect(rebuild).not.toHaveBeenCalled();
  });

  it('builds anew when a restart of a lost path does not help', () => {
    recovery.iceState('connected');
    recovery.pathLost();
    vi.advanceTimersByTime(5_000);
    expect(rebuild).toHaveBeenCalledTimes(1);
  });

  it('builds anew 2 s after an answer that brought nothing', () => {
    recovery.iceState('connected');
    recovery.pathLost();
    vi.advanceTimersByTime(700);
    recovery.restarted();
    vi.advanceTimersByTime(1_999);
    expect(rebuild).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(rebuild).toHaveBeenCalledTimes(1);
  });

  it('does not take the last packets of a connection that is not up for its recovery', () => {
    recovery.iceState('connected');
    recovery.iceState('disconnected');
    recovery.heard();
    expect(recovery.recovering).toBe(true);
  });

  it('does nothing after stop', () => {
    recovery.iceState('connected');
    recovery.iceState('failed');
    recovery.stop();
    vi.advanceTimersByTime(60_000);
    expect(rebuild).not.toHaveBeenCalled();
  });
});
