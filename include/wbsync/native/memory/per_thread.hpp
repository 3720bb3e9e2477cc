// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <wbsync/native/run_state.hpp>

#include <map>
#include <mutex>

namespace wbsync {

/// A variable with a separate value for each thread of the model, which no other thread sees.
template <class T>
class own_of_thread {
public:
    own_of_thread() = default;
    own_of_thread(const own_of_thread&) = delete;
    own_of_thread& operator=(const own_of_thread&) = delete;

    /// The value of the current thread.
    [[nodiscard]] T& mine() {
        const std::lock_guard lock(mutex_);
        return of_[native::this_thread];
    }

private:
    std::mutex mutex_;
    std::map<const native::thread_record*, T> of_;
};

} // namespace wbsync
