/** Starts the local stack. In JavaScript, so that an older Node can say what is missing instead of failing on TypeScript. */

const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  console.error(
    `This needs Node 24, and Node ${process.versions.node} is running: install Node 24, or run npm ci without --ignore-scripts, which adds it to the project.`,
  );
  process.exit(1);
}
const { main } = await import('./stack.ts');
await main();
