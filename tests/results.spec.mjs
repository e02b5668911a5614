// Numbers on the screen belong to a run and say so, and legends show what is drawn.
import { expect, test } from './fixtures.mjs';

test('what was drawn from a policy is dated, and marked old once it has moved on', async ({
  lab,
}) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 51 });
  await lab.labelShorter(4);
  await lab.train({ objective: 'dpo', steps: 3 });
  await lab.compare('What is rain?');
  const date = lab.id('sample-policy').locator('xpath=..').getByTestId('policy-date');
  await expect(date).toHaveText('after 3 steps of DPO \u03b2 0.5 3 steps seed 51');
  await expect(date).toHaveAttribute('data-old', 'false');

  await lab.train({ objective: 'ipo', steps: 2 });
  await expect(date).toHaveAttribute('data-old', 'true');
  await expect(date).toContainText('old: the policy is now the one after 2 steps of IPO');
  await expect(lab.id('run-line')).toContainText('IPO');
  await lab.type('beta-input', '0.9');
  await expect(lab.id('form-apart')).toContainText('\u03b2 0.9');
});

test('the principle of reward against KL is chosen when the run is over', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 52 });
  await lab.labelShorter(4);
  await lab.train({ objective: 'dpo', steps: 3 });
  const chart = lab.id('chart-frontier');
  await expect(chart).toContainText('Choose a principle');
  await lab.id('frontier-principle').selectOption('short');
  await lab.until('a point', async () => (await lab.carriedJson('chart-frontier'))?.length === 1);
  const short = (await lab.carriedJson('chart-frontier'))[0].reward;
  await lab.id('frontier-principle').selectOption('long');
  await lab.until('another reward', async () => {
    const [point] = (await lab.carriedJson('chart-frontier')) ?? [];
    return point && Math.abs(point.reward + short - 1) < 1e-9;
  });
});

test('a legend has the colour, the dashes and the marker of what is drawn', async ({ lab }) => {
  await lab.open({ device: 'cpu', model: 'nano', seed: 53 });
  await lab.labelShorter(4);
  for (const objective of ['dpo', 'ipo', 'hinge']) await lab.train({ objective, steps: 4 });
  for (const { id } of await lab.listedRuns(3)) await lab.run(id).getByTestId('run-pin').click();
  for (const name of ['chart-loss', 'chart-logps']) {
    await expect(lab.id(name).locator('.run-legend li')).toHaveCount(3);
    const { legend, drawn, references } = await lab.id(name).evaluate((figure) => {
      const look = (path) => {
        const { stroke, strokeDasharray, strokeWidth } = getComputedStyle(path);
        return `${stroke} ${strokeDasharray} ${strokeWidth}`;
      };
      const mark = (path) => {
        const { fill, stroke } = getComputedStyle(path);
        const first = path.getAttribute('d').split('M')[1];
        return `${fill} ${stroke} ${first.replace(/[^a-zA-Z]/g, '')}`;
      };
      const looks = (root, lines, marks) => {
        const all = [...root.querySelectorAll(lines)].filter((path) => path.getAttribute('d'));
        const marked = [...root.querySelectorAll(marks)].filter((path) => path.getAttribute('d'));
        return { lines: [...new Set(all.map(look))].sort(), marks: [...new Set(marked.map(mark))].sort() };
      };
      const drawing = figure.querySelector('svg.drawing');
      const dashed = [...drawing.querySelectorAll('.curve.reference:not(.raw)')];
      return {
        legend: looks(figure.querySelector('.run-legend'), '.curve', '.run-mark'),
        drawn: looks(drawing, '.curve.run:not(.reference):not(.raw)', '.run-mark'),
        references: dashed.map((path) => getComputedStyle(path).strokeDasharray),
      };
    });
    expect(drawn).toEqual(legend);
    expect(legend.lines.every((line) => line.includes('none'))).toBe(true);
    expect(references.every((dash) => dash !== 'none')).toBe(true);
  }
});
