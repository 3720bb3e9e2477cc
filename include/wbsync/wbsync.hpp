// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/check.hpp>
#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bitops.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/memory/might_sleep.hpp>
#include <wbsync/memory/plain.hpp>
#include <wbsync/memory/pointer.hpp>
#include <wbsync/memory/slab.hpp>
#include <wbsync/percpu/percpu_counter.hpp>
#include <wbsync/rcu/callbacks.hpp>
#include <wbsync/rcu/rcu.hpp>
#include <wbsync/rcu/srcu.hpp>
#include <wbsync/sync/completion.hpp>
#include <wbsync/sync/llist.hpp>
#include <wbsync/sync/lockdep.hpp>
#include <wbsync/sync/mutex.hpp>
#include <wbsync/sync/refcount.hpp>
#include <wbsync/sync/rwsem.hpp>
#include <wbsync/sync/seqlock.hpp>
#include <wbsync/sync/spinlock.hpp>
#include <wbsync/sync/wait.hpp>
#include <wbsync/sync/wait_bit.hpp>
#include <wbsync/workqueue/workqueue.hpp>
