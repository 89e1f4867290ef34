import type { ComponentProps } from 'react';

/**
 * What every button is made of. One that is at work, or cannot be pressed now, keeps the keyboard's focus, which a disabled
 * element loses.
 */
export function SteadyButton({ disabled, onClick, type = 'button', ...props }: ComponentProps<'button'>) {
  return (
    <button
      {...props}
      type={type}
      aria-disabled={disabled || undefined}
      onClick={disabled ? (event) => event.preventDefault() : onClick}
    />
  );
}
