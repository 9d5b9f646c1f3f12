/** The bar below the graph that tells of the selected task. */

import { CloseIcon } from '@/components/icons';
import { StateBadge } from '@/components/StateBadge';
import { Button, IconButton } from '@/components/ui/Button';
import type { GraphModel, Item } from '@/graph';
import { formatDuration } from '@/lib/duration';
import { formatClock } from '@/lib/time';

type Props = { item: Item; model: GraphModel; onOpen: (item: Item) => void; onClose: () => void };

export function GraphSelection({ item, model, onOpen, onClose }: Props) {
  const upstream = item.parents.flatMap((id) => model.byId.get(id)?.label ?? []);
  return (
    <div
      role="status"
      className="flex min-h-10 items-center gap-3 border-t border-line/60 px-4 py-1 md:px-6"
      data-testid="graph-selection"
    >
      <StateBadge type={item.state} />
      <span className="truncate font-medium">{item.label}</span>
      <span className="tabular text-xs whitespace-nowrap text-muted">
        {formatClock(model.origin + item.start)}
        {item.end !== null && ` · ${formatDuration((item.end - item.start) / 1000)}`}
      </span>
      {upstream.length > 0 && (
        <span className="truncate text-xs text-muted max-md:hidden">
          after {upstream.slice(0, 3).join(', ')}
          {upstream.length > 3 && ` and ${upstream.length - 3} more`}
        </span>
      )}
      <div className="ml-auto flex items-center gap-1">
        <Button onClick={() => onOpen(item)} className="h-7">
          {item.kind === 'flow-run' ? 'Open subflow run' : 'Open task run'}
        </Button>
        <IconButton label="Clear selection" onClick={onClose}>
          <CloseIcon />
        </IconButton>
      </div>
    </div>
  );
}
