// Statistics of the comparisons' pairs.

// One-sided 95 % of Student's t, by degrees of freedom from 1.
const student = [6.314, 2.92, 2.353, 2.132, 2.015, 1.943, 1.895, 1.86, 1.833, 1.812, 1.796, 1.782, 1.771, 1.761, 1.753, 1.746, 1.74, 1.734, 1.729, 1.725];

/** The mean of ratios and the upper 95 % bound of that mean. */
export function meanAndBound(ratios) {
  const n = ratios.length;
  const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / n;
  const deviation = Math.sqrt(ratios.reduce((sum, ratio) => sum + (ratio - mean) ** 2, 0) / (n - 1));
  const bound = mean + (student[Math.min(n - 2, student.length - 1)] * deviation) / Math.sqrt(n);
  return { mean_ratio: +mean.toFixed(4), upper_95: +bound.toFixed(4) };
}

export const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
