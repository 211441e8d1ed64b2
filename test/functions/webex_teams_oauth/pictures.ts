/** Takes the pictures in docs/pictures: every state in light and dark, the first ones that users meet also on a phone. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freshContext, launch } from './chromium.ts';
import { smallPng } from './small-png.ts';
import { startStack } from './stack.ts';
import { states } from './states.ts';

const folder = join(import.meta.dirname, '../../../docs/pictures');
const desk = { width: 720, height: 480 };
const phone = { width: 360, height: 640 };
const onPhones = new Set(['start', 'tokens', 'tokens-shown', 'link', 'connected', 'wrong-organization']);

mkdirSync(folder, { recursive: true });
const browser = await launch();
for (const [name, reach] of Object.entries(states)) {
  const looks = [
    { viewport: desk, colorScheme: 'light' as const, suffix: '-light' },
    { viewport: desk, colorScheme: 'dark' as const, suffix: '-dark' },
    ...(onPhones.has(name) ? [{ viewport: phone, colorScheme: 'light' as const, suffix: '-phone' }] : []),
  ];
  for (const { suffix, ...options } of looks) {
    const stack = await startStack();
    const { context, page } = await freshContext(browser, { ...options, permissions: ['clipboard-write'] });
    await reach(stack, page);
    writeFileSync(join(folder, `${name}${suffix}.png`), smallPng(await page.screenshot({ fullPage: true })));
    await context.close();
    await stack.close();
  }
  console.log(name);
}
await browser.close();
