import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from '../../../renderer/stores/address-text.ts';

describe('the address', () => {
  it('holds the moment and gives it back', () => {
    const address = {
      view: 'replay' as const,
      parameters: { run: 'a3f1c29e07b4-s0', epoch: '9', layer: 'pw3', threshold: '1e-3σ' },
    };
    expect(parseAddress(formatAddress(address))).toEqual(address);
    expect(parseAddress('#/replay?run=a-s0&epoch=9').parameters).toEqual({ run: 'a-s0', epoch: '9' });
  });

  it('shows the runs where it says nothing known', () => {
    expect(parseAddress('').view).toBe('runs');
    expect(parseAddress('#/nowhere?x=1').view).toBe('runs');
  });
});
