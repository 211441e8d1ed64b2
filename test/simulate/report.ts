/** What a simulation prints: a table, and a plot of text over time. */

/** Names on the left, values on the right. */
export function table(rows: [string, string | number][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

const columns = 73;
const rows = 8;

/** One column for so many days, as high as their mean; below it, when there was which trouble. */
export function plot(
  perDay: number[],
  { title, marks }: { title: string; marks: { kind: string; from: number; days: number }[] },
): string {
  const width = Math.ceil(perDay.length / columns);
  const means = Array.from({ length: Math.ceil(perDay.length / width) }, (_, column) => {
    const days = perDay.slice(column * width, (column + 1) * width);
    return days.reduce((sum, each) => sum + each, 0) / days.length;
  });
  const most = Math.max(...means, 1);
  const lines = Array.from({ length: rows }, (_, row) => {
    const level = ((rows - row - 0.5) / rows) * most;
    const label = row === 0 ? Math.round(most) : '';
    return `${String(label).padStart(7)} |${means.map((mean) => (mean >= level ? '#' : ' ')).join('')}`;
  });
  const kinds = [...new Set(marks.map(({ kind }) => kind))];
  const under = kinds.map((kind) => {
    const line = means.map((_, column) => {
      const [from, to] = [column * width, (column + 1) * width];
      return marks.some((mark) => mark.kind === kind && mark.from < to && mark.from + mark.days > from) ? '=' : ' ';
    });
    return `${''.padStart(7)}  ${line.join('')} ${kind}`;
  });
  return [
    `${title}, one column is ${width} days`,
    ...lines,
    `${''.padStart(7)} +${'-'.repeat(means.length)}`,
    ...under,
    '',
  ].join('\n');
}
