// Numbers that several tests compute.

/** The 95% Wilson interval of a fraction of `n`. */
export function wilsonInterval(fraction, n) {
  const z = 1.959963984540054;
  const middle = (fraction + (z * z) / (2 * n)) / (1 + (z * z) / n);
  const half =
    (z / (1 + (z * z) / n)) * Math.sqrt((fraction * (1 - fraction)) / n + (z * z) / (4 * n * n));
  return { low: middle - half, high: middle + half };
}

/** The largest difference of policy and reference among next-token bars. */
export function largestShift(bars) {
  return Math.max(...bars.map(({ policy, reference }) => Math.abs(policy - reference)));
}

export function largestMagnitude(numbers) {
  return Math.max(...numbers.map(Math.abs));
}
