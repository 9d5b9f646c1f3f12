/** Durations in words short enough for a table cell. */

/** Formats seconds: `240 ms`, `4.2 s`, `3m 07s`, `2h 05m`, `4d 3h`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const value = Math.max(0, seconds);
  if (value === 0) return '0 s';
  if (value < 0.001) return '<1 ms';
  if (value < 0.9995) return `${Math.round(value * 1000)} ms`;
  if (value < 9.95) return `${value.toFixed(1)} s`;
  if (value < 59.5) return `${Math.round(value)} s`;
  const whole = Math.round(value);
  const [days, hours, minutes] = [
    Math.floor(whole / 86_400),
    Math.floor((whole % 86_400) / 3600),
    Math.floor((whole % 3600) / 60),
  ];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${pad(minutes)}m`;
  return `${minutes}m ${pad(whole % 60)}s`;
}

/** Formats a running clock: whole seconds only, so that the text does not jitter. */
export function formatTicking(seconds: number): string {
  return seconds < 60 ? `${Math.max(0, Math.floor(seconds))} s` : formatDuration(Math.floor(seconds));
}

const pad = (value: number): string => String(value).padStart(2, '0');
