// Runs on the policy's own answers, as tests speak of them.

/** A run of so many steps on answers of at most 24 tokens. */
export async function prepare(lab, objective, steps) {
  await lab.chooseObjective(objective);
  await lab.type('steps-input', String(steps));
  await lab.setParameter('new-tokens', '24');
}

/** What the view of fresh answers shows. */
export async function rollouts(lab) {
  await lab.id('rollouts').waitFor();
  return lab.page.evaluate(() =>
    [...document.querySelectorAll('[data-testid="rollout"]')].map((row) => ({
      reward: Number(row.dataset.value),
      answer: row.querySelector('p').textContent.trim(),
      numbers: row.querySelector('.muted').textContent,
      mark: row.querySelector('b')?.textContent ?? null,
    })),
  );
}
