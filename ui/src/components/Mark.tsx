/** The mark of Milliways: two orbits setting behind a horizon. */
import { classes } from '@/lib/classes';

export function Mark({ className }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" className={classes('shrink-0', className)} aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#26235a" />
      <g fill="none" strokeWidth="2.4" strokeLinecap="round">
        <path d="M5 21.5a11 11 0 0 1 22 0" stroke="#8f8bff" />
        <path d="M10 21.5a6 6 0 0 1 12 0" stroke="#ffb454" />
        <path d="M4 26h24" stroke="#fff" strokeWidth="2" opacity=".85" />
      </g>
      <circle cx="16" cy="21.5" r="2.1" fill="#fff" />
    </svg>
  );
}
