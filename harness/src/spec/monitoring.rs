//! `EnableEnhancedMonitoring` and `DisableEnhancedMonitoring`.

use std::collections::BTreeSet;

use strum::VariantArray as _;

use super::chooser::Chooser;
use super::context::{ActionResult, Context};
use super::effect::Effect;
use super::identify;
use super::input::{Input, Structure};
use super::metric::Metric;
use super::question::{Candidate, OpenQuestion};
use super::refusal::Refusal;
use crate::model::Value;

/// `EnableEnhancedMonitoring`.
pub(super) fn enable(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    change(context, choose, |before, named| before | named)
}

/// `DisableEnhancedMonitoring`.
pub(super) fn disable(context: Context<'_>, choose: &mut Chooser<'_>) -> ActionResult {
    change(context, choose, |before, named| before - named)
}

fn change(
    context: Context<'_>,
    choose: &mut Chooser<'_>,
    combine: impl FnOnce(&BTreeSet<Metric>, &BTreeSet<Metric>) -> BTreeSet<Metric>,
) -> ActionResult {
    let stream = identify::active(context, choose)?;
    let before = stream.metrics(context.now);
    let after = combine(before, &named(context.input));
    // MON-001, MON-003.
    let output = Structure::default()
        .with("StreamName", stream.name.as_str())
        .with("CurrentShardLevelMetrics", listed(before))
        .with("DesiredShardLevelMetrics", listed(&after))
        .with("StreamARN", stream.arn.as_str())
        .build();
    if after == *before {
        let candidate = choose.candidate(OpenQuestion::MetricsInForce);
        if candidate == Candidate::InvalidArgument {
            return Err(Refusal::without_text("InvalidArgumentException"));
        } else if candidate == Candidate::NoOp {
            return Ok((output, Effect::Nothing));
        }
    }
    Ok((output, Effect::Monitor { stream: stream.name.clone(), metrics: after }))
}

/// The metrics that a call names; `ALL` stands for each (MON-003).
fn named(input: Input<'_>) -> BTreeSet<Metric> {
    let names: Vec<_> = input.list("ShardLevelMetrics").iter().filter_map(Value::as_str).collect();
    let all = names.contains(&"ALL");
    Metric::VARIANTS.iter().copied().filter(|metric| all || names.contains(&metric.as_str())).collect()
}

/// Metrics as a list. No source has their order.
pub(super) fn listed(metrics: &BTreeSet<Metric>) -> Value {
    Value::List(metrics.iter().map(|metric| Value::from(metric.as_str())).collect())
}
