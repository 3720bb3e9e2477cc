// SPDX-License-Identifier: BSD-3-Clause
// The primitives of the kernel, except those whose results a loop of a model may look at.
#include <wbsync/memory/await_work_inl.hpp>
#include <wbsync/memory/bug_inl.hpp>
#include <wbsync/memory/fences_inl.hpp>
#include <wbsync/memory/might_sleep_inl.hpp>
#include <wbsync/memory/plain_inl.hpp>
#include <wbsync/memory/value_inl.hpp>
#include <wbsync/rcu/grace_period_inl.hpp>
#include <wbsync/sync/lock_order_inl.hpp>
#include <wbsync/sync/lockdep_inl.hpp>
