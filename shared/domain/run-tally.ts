/** What one scheduled run has met so far. It says when the run should stop and ask whether the whole fleet is refused. Pure. */

import { opensAtRefused, type Sample, sampleSize } from './breaker.ts';

/** `silent`: no answer, an outage, a fault of the proxy or of our own. */
export type Answer = 'succeeded' | 'refused' | 'silent';

export interface Tally {
  /** The latest answers for customers who worked until now, oldest first. */
  window: Answer[];
  asked: number;
  succeeded: number;
  refused: number;
  /** How many more answers must come before the run takes another sample. */
  quiet: number;
}

export const newTally: Tally = { window: [], asked: 0, succeeded: 0, refused: 0, quiet: 0 };

/** This many refusals in a row are suspicious, even before the window is full. */
const suspiciousRow = 8;
/** A sample that worked is not repeated before this many further answers. */
const quietAnswers = 100;

/** @param worked whether the customer had no failure before this run: only then a refusal says something about the fleet */
export function withAnswer(tally: Tally, answer: Answer, worked: boolean): Tally {
  const quiet = Math.max(0, tally.quiet - 1);
  if (!worked && answer !== 'succeeded') return { ...tally, quiet };
  return {
    window: worked ? [...tally.window, answer].slice(-sampleSize) : tally.window,
    asked: tally.asked + 1,
    succeeded: tally.succeeded + Number(answer === 'succeeded'),
    refused: tally.refused + Number(answer === 'refused'),
    quiet,
  };
}

/** Whether nearly all of the latest answers are refusals. */
export function isSuspicious({ window, quiet }: Tally): boolean {
  const refused = window.filter((answer) => answer === 'refused').length;
  const nearlyAll = window.length >= sampleSize ? refused >= opensAtRefused : refused === window.length;
  return quiet === 0 && window.length >= suspiciousRow && nearlyAll;
}

/** A sample has answered: the same suspicion is not raised again at once. */
export function withoutSuspicion(tally: Tally): Tally {
  return { ...tally, window: [], quiet: quietAnswers };
}

export function toSample(
  { asked, succeeded, refused }: Pick<Tally, 'asked' | 'succeeded' | 'refused'>,
  at: number,
): Sample {
  return { at, asked, succeeded, refused };
}

/** Two samples as one. */
export function sumOf(one: Sample, other: Sample): Sample {
  return {
    at: Math.min(one.at, other.at),
    asked: one.asked + other.asked,
    succeeded: one.succeeded + other.succeeded,
    refused: one.refused + other.refused,
  };
}
