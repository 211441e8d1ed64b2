/** Formats what a simulation prints: a table, and a plot of text over time. */

/** Names on the left, values on the right. */
export function table(rows: [string, string | number][]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

const columns = 73;
const rows = 8;

interface Mark {
  kind: string;
  from: number;
  days: number;
}

/** Plots the mean of the days in each column, and below it the days that each kind of mark covers. */
export function plot(perDay: number[], { title, marks }: { title: string; marks: Mark[] }): string {
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
  const legend = kinds.map((kind) => {
    const line = means.map((_, column) => {
      const [from, to] = [column * width, (column + 1) * width];
      const covers = (mark: Mark) => mark.kind === kind && mark.from < to && mark.from + mark.days >= from;
      return marks.some(covers) ? '=' : ' ';
    });
    return `${''.padStart(7)}  ${line.join('')} ${kind}`;
  });
  const axis = `${''.padStart(7)} +${'-'.repeat(means.length)}`;
  return [`${title}, one column is ${width} days`, ...lines, axis, ...legend, ''].join('\n');
}
