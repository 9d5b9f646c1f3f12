/** A button that copies a text and says so. */
import { useEffect, useRef, useState } from 'react';
import { copyText } from '@/lib/copy';
import { CheckIcon, CopyIcon } from './icons';
import { IconButton } from './ui/Button';
import { Hint } from './ui/Hint';

export function CopyButton({ text, label = 'Copy' }: { text: string | (() => string); label?: string }) {
  const [isCopied, setCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = async () => {
    if (!(await copyText(typeof text === 'string' ? text : text()))) return;
    setCopied(true);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setCopied(false), 1_500);
  };
  return (
    <Hint text={isCopied ? 'Copied' : label}>
      <IconButton label={isCopied ? 'Copied' : label} onClick={() => void copy()}>
        {isCopied ? <CheckIcon className="text-accent" /> : <CopyIcon />}
      </IconButton>
    </Hint>
  );
}
