// SPDX-License-Identifier: BSD-3-Clause
#pragma once

/// Shapes of races that recur: threads, ghost state and properties for a protocol of your own. Not
/// part of <wbsync/wbsync.hpp>. docs/patterns.md.
#include <wbsync/patterns/check_then_queue.hpp>
#include <wbsync/patterns/decide_before_drop.hpp>
#include <wbsync/patterns/last_use.hpp>
#include <wbsync/patterns/percpu_sum.hpp>
#include <wbsync/patterns/queue_when_first.hpp>
