import { cloneElement, Suspense, useState, type ReactElement, type ReactNode } from 'react';

export interface Trigger {
  onClick?: () => void;
  onPointerEnter?: () => void;
  onFocus?: () => void;
  'aria-expanded'?: boolean;
  'aria-haspopup'?: 'menu' | 'dialog';
}

/**
 * A button whose menu, popover or dialog is fetched when someone reaches for it. `children`, a lazy component that shows
 * the same trigger with its popup opened, takes its place on the first click.
 */
export function OnDemand(props: {
  trigger: ReactElement<Trigger>;
  popup: 'menu' | 'dialog';
  load: () => Promise<unknown>;
  children: ReactNode;
}) {
  const [wanted, setWanted] = useState(false);
  const load = () => void props.load();
  const closed = cloneElement(props.trigger, {
    onClick: () => setWanted(true),
    onPointerEnter: load,
    onFocus: load,
    'aria-expanded': false,
    'aria-haspopup': props.popup,
  });
  return wanted ? <Suspense fallback={closed}>{props.children}</Suspense> : closed;
}
