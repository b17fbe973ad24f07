# DeLong's variance and paired test by pROC. Called by discrimination.py: Rscript discrimination.R in.csv out.csv
suppressMessages(library(pROC))
arguments <- commandArgs(trailingOnly = TRUE)
d <- read.csv(arguments[1])
first <- roc(d$y, d$a, levels = c(0, 1), direction = "<", quiet = TRUE)
second <- roc(d$y, d$b, levels = c(0, 1), direction = "<", quiet = TRUE)
test <- roc.test(first, second, method = "delong", paired = TRUE)
writeLines(format(c(as.numeric(auc(first)), var(first, method = "delong"), as.numeric(auc(second)),
                    var(second, method = "delong"), as.numeric(test$statistic), test$p.value), digits = 17), arguments[2])
cat(paste("pROC", packageVersion("pROC"), R.version.string))
