/** Tags in one line: as many as fit are worth showing, the rest is a number with a tooltip. */
import { Hint } from './ui/Hint';

export function TagList({ tags, most = 3 }: { tags: string[]; most?: number }) {
  if (tags.length === 0) return null;
  const hidden = tags.slice(most);
  return (
    <span className="inline-flex min-w-0 items-center gap-1 align-middle">
      {tags.slice(0, most).map((tag) => (
        <span
          key={tag}
          title={tag}
          className="max-w-32 min-w-0 truncate rounded bg-raised px-1.5 py-px text-2xs text-muted"
        >
          {tag}
        </span>
      ))}
      {hidden.length > 0 && (
        <Hint text={hidden.join(', ')}>
          <span className="shrink-0 text-2xs text-muted">+{hidden.length}</span>
        </Hint>
      )}
    </span>
  );
}
