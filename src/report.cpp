// SPDX-License-Identifier: BSD-3-Clause
// What a result looks like to its reader.
#include <wbsync/report/print_inl.hpp>
