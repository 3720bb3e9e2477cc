// SPDX-License-Identifier: BSD-3-Clause
// The command line program.
#include <wbsync/program/program_inl.hpp>
