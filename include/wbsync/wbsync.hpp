// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/check.hpp>
#include <wbsync/memory/atomic.hpp>
#include <wbsync/memory/bug.hpp>
#include <wbsync/rcu/rcu.hpp>
