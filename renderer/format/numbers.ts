/** Numbers as people read them. A missing number is a dash, never a zero. */
export const MISSING = '–';

/** A share (0 … 1) as a percentage: '56.2%'. What rounds to nothing but is not nothing says so: '<0.1%'. */
export function percent(share: number | null | undefined, digits = 1): string {
  if (share === null || share === undefined || !Number.isFinite(share)) return MISSING;
  const least = 10 ** -digits;
  if (share > 0 && share * 100 < least / 2) return `<${least.toFixed(digits)}%`;
  return `${(share * 100).toFixed(digits)}%`;
}

/** A difference of shares in percentage points, with its sign: '+39.0 pp'. */
export function points(difference: number | null | undefined, digits = 1): string {
  if (difference === null || difference === undefined || !Number.isFinite(difference)) return MISSING;
  const value = (difference * 100).toFixed(digits);
  const zero = Number(value) === 0;
  return `${zero ? '±' : difference > 0 ? '+' : '−'}${value.replace('-', '')} pp`;
}

/** Seconds as '0:41', '12:05' or '1:02:03'. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return MISSING;
  const whole = Math.max(0, Math.round(seconds));
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  const tail = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** Four significant digits, in scientific notation where it is shorter: '0.1', '3.162e-4', '1e-10'. */
export function significant(value: number | null | undefined, digits = 4): string {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  if (value === 0) return '0';
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(digits));
  return size >= 1e-3 && size < 1e6 ? String(rounded) : rounded.toExponential().replace('e+', 'e');
}

/** A number with so many decimals and a true minus; what rounds to zero has no sign. */
export function fixed(value: number | null | undefined, digits = 2): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `−${text}` : text;
}

/** A count with thin spaces between thousands: '25 557 032'. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, '\u2009');
}

/** A ratio as '3.42×'; of a hundred and more without decimals. */
export function times(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined || !Number.isFinite(ratio)) return MISSING;
  return `${ratio >= 100 ? count(ratio) : ratio.toFixed(2)}×`;
}

/** Bytes as '34 kB', '1.2 GB': powers of ten, two digits. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return `${Number((value / 1000 ** step).toPrecision(2))}\u00a0${units[step]!}`;
}

/** Local date and time of milliseconds since 1970, to the second. */
export function moment(time: number | null | undefined): string {
  if (time === null || time === undefined) return MISSING;
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

/** 'shed ≤ 1e-4': a threshold is always written. */
export function shedLabel(threshold: string): string {
  return `shed ≤ ${threshold}`;
}
