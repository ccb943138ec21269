/** Questions that show what can be asked; the page offers them, and a test asks each. */
export const SQL_EXAMPLES: readonly { title: string; sql: string }[] = [
  {
    title: 'Accuracy of every arm: mean and number of seeds',
    sql: `select study, arm, avg(test_accuracy) as accuracy, count(*) as n
from runs
where state = 'finished'
group by study, arm
order by accuracy desc`,
  },
  {
    title: 'Cascade excess at 1e-4 after every epoch',
    sql: `select shed.run, shed.epoch, shed.excess
from shed
where shed.threshold = '1e-4' and shed.excess is not null
order by shed.run, shed.epoch`,
  },
  {
    title: 'Accuracy against sparsity, of the last epoch of each run',
    sql: `select arm, seed, mask_sparsity, test_accuracy
from runs
where prunes
order by mask_sparsity`,
  },
  {
    title: 'Which classes pay: accuracy before and after the last pruning',
    sql: `select run, label, label_name,
  avg(correct) filter (where moment = 'before-pruning') as before,
  avg(correct) filter (where moment = 'epoch') as after
from predictions
where (run, epoch) in (select run, max(epoch) from events where kind = 'pruned' group by run)
group by run, label
order by after - before`,
  },
  {
    title: 'Runs of one learning rate',
    sql: `select runs.run, runs.test_accuracy
from runs
join specification using (run)
where key = 'learningRate.rate' and value = 0.1`,
  },
];
