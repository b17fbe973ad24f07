# Sizes and power for two rates by R's power.prop.test: Rscript experiment.R > (called by experiment.py)
out <- c()
for (pair in list(c(.80, .85), c(.80, .90), c(.88, .92), c(.5, .3))) {
  out <- c(out, pair, power.prop.test(p1 = pair[1], p2 = pair[2], power = .8, tol = 1e-12)$n,
           power.prop.test(p1 = pair[1], p2 = pair[2], n = 300)$power)
}
for (case in list(c(.85, 200), c(.6, 50), c(.9, 4000))) {
  out <- c(out, case, power.prop.test(p1 = case[1], n = case[2], power = .8, tol = 1e-12)$p2, 0)
}
cat(format(out, digits = 17), sep = "\n")
