//! Metrics of shards: what a change of them comes to.

use super::{HookCall, Hooks};
use crate::model::Value;
use crate::reference::fault::Hook;
use crate::spec::{Action, Answer, Branch, Effect, Metric};

impl Hooks {
    pub(super) fn monitoring(&self, hook_call: HookCall<'_>, branch: &mut Branch) {
        let Answer::Accepted(Value::Map(output)) = &mut branch.answer else { return };
        let Effect::Monitor { metrics, .. } = &mut branch.effect else { return };
        if self.has(Hook::MetricsReplaced) && hook_call.action == Action::EnableEnhancedMonitoring {
            let named = hook_call.input.get("ShardLevelMetrics").and_then(Value::as_list).unwrap_or_default();
            metrics.retain(|metric| named.iter().any(|name| name.as_str() == Some(metric.as_str())));
            output.insert("DesiredShardLevelMetrics".to_owned(), listed(metrics.iter().copied()));
        }
        if self.has(Hook::OnlyFirstMetric) {
            let first = metrics.iter().next().copied();
            metrics.retain(|metric| Some(*metric) == first);
        }
        if self.has(Hook::CurrentMetricsAfter) {
            output.insert("CurrentShardLevelMetrics".to_owned(), listed(metrics.iter().copied()));
        }
    }
}

fn listed(metrics: impl Iterator<Item = Metric>) -> Value {
    Value::List(metrics.map(|metric| Value::from(metric.as_str())).collect())
}
