/** A state as a badge: sign, colour, and the name the run gave it. */
import type { CSSProperties } from 'react';
import { classes } from '@/lib/classes';
import { type StateType, stateColor, stateLabel } from '@/lib/state';
import { StateIcon } from './StateIcon';

type Props = {
  type: StateType | null;
  /** The state's own name, such as "Late" or "Retrying"; the type's name otherwise. */
  name?: string | null;
  isLarge?: boolean;
  /** On narrow screens the sign alone; the name is then for screen readers. */
  isCompact?: boolean;
};

export function StateBadge({ type, name, isLarge, isCompact }: Props) {
  if (!type) return <span className="text-muted">No state</span>;
  return (
    <span
      className={classes(
        'badge inline-flex max-w-full items-center align-middle gap-1.5 rounded-full font-medium whitespace-nowrap',
        isLarge ? 'px-2.5 py-1 text-sm' : 'px-2 py-0.5 text-xs',
        isCompact && 'max-md:bg-transparent max-md:p-0',
      )}
      style={{ '--c': stateColor(type) } as CSSProperties}
      data-state-type={type}
    >
      <StateIcon type={type} />
      <span className={classes('truncate', isCompact && 'max-md:sr-only')}>{name || stateLabel(type)}</span>
    </span>
  );
}
