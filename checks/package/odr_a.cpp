// wbsync first, the standard library afterwards; together with odr_b.cpp and odr_c.cpp also: the
// library may be included, and run, in several translation units of one program.
#include <wbsync/wbsync.hpp>

#include <cassert>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>
#include <regex>
#include <thread>
#include <vector>

#include "checks/package/no_relacy_macro.hpp"

using namespace wbsync;

bool message_passing_is_verified();
bool standard_headers_keep_their_macros();

namespace {

struct store_buffering {
    atomic_t x{"x"}, y{"y"};
    std::int64_t r0 = 0, r1 = 0;

    void threads(scenario& s) {
        s.thread("P0", [this] {
            WRITE_ONCE(x, 1);
            r0 = READ_ONCE(y);
        });
        s.thread("P1", [this] {
            WRITE_ONCE(y, 1);
            r1 = READ_ONCE(x);
        });
    }
    void finally() { BUG_ON(r0 == 0 && r1 == 0); }
};

// Uses the words that Relacy redefines in their own meaning.
bool words_keep_their_meaning() {
    errno = 0;
    assert(errno == 0);
    void* raw = std::malloc(1);
    std::free(raw);
    const std::unique_ptr<int> owned(new int(1));
    const std::regex pattern("a+");
    std::vector<int> values;
    std::thread([&] { values.push_back(*owned); }).join();
    return errno == 0 && std::regex_match("aa", pattern) && values.size() == 1;
}

} // namespace

int main() {
    const bool ok = check<store_buffering>().found("BUG_ON") && message_passing_is_verified() &&
                    words_keep_their_meaning() && standard_headers_keep_their_macros();
    return ok ? EXIT_SUCCESS : EXIT_FAILURE;
}
