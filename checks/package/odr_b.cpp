// A second unit that runs a check of its own. Its model has the name of the one in odr_a.cpp, as
// happens in test files: the two must not be mixed up.
#include <wbsync/wbsync.hpp>

#include <cassert>
#include <new>
#include <regex>
#include <thread>
#include <vector>

#include "checks/package/no_relacy_macro.hpp"

using namespace wbsync;

bool message_passing_is_verified();

namespace {

struct store_buffering {
    atomic_t data{"data"}, flag{"flag"};
    std::int64_t seen_flag = 0, seen_data = 0;

    void threads(scenario& s) {
        s.thread("writer", [this] {
            WRITE_ONCE(data, 1);
            smp_mb();
            WRITE_ONCE(flag, 1);
        });
        s.thread("reader", [this] {
            seen_flag = READ_ONCE(flag);
            smp_mb();
            seen_data = READ_ONCE(data);
        });
    }
    void finally() { BUG_ON(seen_flag == 1 && seen_data == 0); }
};

} // namespace

bool message_passing_is_verified() {
    return check<store_buffering>().verified();
}
