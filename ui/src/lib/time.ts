/** Instants in words: relative for the eye, absolute with the zone for the tooltip. */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

// Making a formatter costs a hundred times what using it does; a scrolling table formats many times a frame.
const DATE = new Intl.DateTimeFormat(undefined, { year: 'numeric', month: 'short', day: 'numeric' });
const DAY_AND_MONTH = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });
const HOUR_AND_MINUTE = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const absolute = (timeZone?: string) =>
  new Intl.DateTimeFormat(undefined, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
    timeZone,
  });
const LOCAL_ABSOLUTE = absolute();

/** Milliseconds of an RFC 3339 text; NaN when there is none. */
export const toMillis = (iso: string | null | undefined): number => (iso ? Date.parse(iso) : Number.NaN);

/** `just now`, `12 s ago`, `in 5 min`, `3 h ago`, `2 d ago`, then the date. */
export function formatRelative(at: number, now: number): string {
  if (!Number.isFinite(at)) return '–';
  const seconds = (now - at) / 1000;
  const distance = Math.abs(seconds);
  if (distance < 5) return 'just now';
  const words = (value: number, unit: string) =>
    seconds < 0 ? `in ${Math.floor(value)} ${unit}` : `${Math.floor(value)} ${unit} ago`;
  if (distance < MINUTE) return words(distance, 's');
  if (distance < HOUR) return words(distance / MINUTE, 'min');
  if (distance < DAY) return words(distance / HOUR, 'h');
  if (distance < 14 * DAY) return words(distance / DAY, 'd');
  return DATE.format(at);
}

/** Local date and time to the second, with the zone: for tooltips and details. */
export function formatAbsolute(at: number, timeZone?: string): string {
  if (!Number.isFinite(at)) return '–';
  return (timeZone ? absolute(timeZone) : LOCAL_ABSOLUTE).format(at);
}

/** `14:03:22.482` in local time, for log lines. */
export function formatClock(at: number): string {
  if (!Number.isFinite(at)) return '–';
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** `14:03` within a day, `21 Nov 14:03` beyond: for rows and axes. */
export function formatShort(at: number, now: number): string {
  if (!Number.isFinite(at)) return '–';
  const clock = HOUR_AND_MINUTE.format(at);
  if (new Date(at).toDateString() === new Date(now).toDateString()) return clock;
  return `${DAY_AND_MONTH.format(at)}, ${clock}`;
}
