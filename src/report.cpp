// SPDX-License-Identifier: BSD-3-Clause
// The printed form of a result.
#include <wbsync/report/print_inl.hpp>
