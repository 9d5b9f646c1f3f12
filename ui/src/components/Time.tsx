/** An instant: relative or short in the text, absolute with its zone in the tooltip. */
import { useNow } from '@/lib/clock';
import { formatAbsolute, formatRelative, formatShort, toMillis } from '@/lib/time';
import { Hint } from './ui/Hint';

type Props = { at: string | null | undefined; style?: 'relative' | 'short' | 'absolute'; className?: string };

export function Time({ at, style = 'relative', className }: Props) {
  const now = useNow(10_000);
  const millis = toMillis(at);
  if (!at || !Number.isFinite(millis)) return <span className="text-muted">–</span>;
  const absolute = formatAbsolute(millis);
  const shown =
    style === 'relative'
      ? formatRelative(millis, now)
      : style === 'short'
        ? formatShort(millis, now)
        : absolute;
  return (
    <Hint text={style === 'absolute' ? formatRelative(millis, now) : absolute}>
      <time dateTime={at} className={className}>
        {shown}
      </time>
    </Hint>
  );
}
