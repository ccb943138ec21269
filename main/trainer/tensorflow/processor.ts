import { readFileSync } from 'node:fs';
import koffi from 'koffi';

/** PF_AVX512F_INSTRUCTIONS_AVAILABLE of Windows' `IsProcessorFeaturePresent`. */
const AVX512F = 41;

let known: boolean | undefined;

/**
 * Whether this processor has vectors of 512 bits, for which libraries of kernels have others than for 256. True where it cannot be
 * found out.
 */
export function hasWideVectors(): boolean {
  known ??= findOut();
  return known;
}

function findOut(): boolean {
  try {
    if (process.platform === 'win32') {
      const isPresent = koffi.load('kernel32.dll').func('int IsProcessorFeaturePresent(uint32_t)');
      return isPresent(AVX512F) !== 0;
    }
    return /^flags\s*:.*\bavx512f\b/m.test(readFileSync('/proc/cpuinfo', 'latin1'));
  } catch {
    return true;
  }
}
