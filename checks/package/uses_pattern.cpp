// SPDX-License-Identifier: BSD-3-Clause
// A user's own protocol in a shape of the library, without <wbsync/wbsync.hpp>. With
// WBSYNC_WITHOUT_LEAVE a step is missing, and the compiler has to say which one.
#include <wbsync/check.hpp>
#include <wbsync/patterns/patterns.hpp>
#include <wbsync/sync/wait_bit.hpp>

struct protocol {
    wbsync::patterns::guarded object{"object"};
    wbsync::atomic_t count;

    explicit protocol(int users) : count("count", users) {}

#ifndef WBSYNC_WITHOUT_LEAVE
    void leave() {
        if (atomic_dec_and_test(count))
            wake_up_var(count);
    }
#endif
    void wait_and_free() {
        wait_var_event(count, [this] { return atomic_read_acquire(count) == 0; });
        object.end();
    }
};

int main() {
    return wbsync::check<wbsync::patterns::last_use<protocol>>().verified() ? 0 : 1;
}
