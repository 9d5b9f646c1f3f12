/** What the canvas shows, as a table for screen readers. */
import { formatDuration } from '@/lib/duration';
import { plural } from '@/lib/number';
import { stateLabel } from '@/lib/state';
import type { GraphModel } from './model';

/** The rest is in the list of task runs, which can be paged through. */
const MOST_ROWS = 200;

export function GraphTable({ model }: { model: GraphModel }) {
  const hidden = model.items.length - MOST_ROWS;
  return (
    <table className="sr-only" data-testid="graph-table">
      <caption>
        Tasks and subflows of this run, by start.
        {hidden > 0 && ` ${plural(hidden, 'more run')} in the list of task runs.`}
      </caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">State</th>
          <th scope="col">Started after</th>
          <th scope="col">Duration</th>
        </tr>
      </thead>
      <tbody>
        {model.items.slice(0, MOST_ROWS).map((item) => (
          <tr key={item.id}>
            <th scope="row">{item.label}</th>
            <td>{stateLabel(item.state)}</td>
            <td>{formatDuration(item.start / 1000)}</td>
            <td>{item.end === null ? 'not ended' : formatDuration((item.end - item.start) / 1000)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
