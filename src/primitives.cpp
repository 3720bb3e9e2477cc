// SPDX-License-Identifier: BSD-3-Clause
// The primitives of the kernel.
#include <wbsync/sync/lock_order_inl.hpp>
#include <wbsync/sync/lockdep_inl.hpp>
