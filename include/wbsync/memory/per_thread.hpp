// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#ifdef WBSYNC_NATIVE
#include <wbsync/native/memory/per_thread.hpp>
#else

#include <wbsync/engine/execution.hpp>

namespace wbsync {

/// A variable with a separate value for each thread of the model, which no other thread sees: it
/// would be a local variable if it did not have to outlive a function. Not a step.
template <class T>
class own_of_thread {
public:
    /// The value of the current thread. Only in a thread of the model.
    [[nodiscard]] T& mine() { return of_[engine::execution::current()->self()]; }

private:
    engine::per_thread<T> of_{};
};

} // namespace wbsync

#endif
