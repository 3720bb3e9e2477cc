// The other order: the standard library first. Its headers are then not read again, so a macro that
// wbsync took away would stay away.
#include <cassert>
#include <cerrno>
#include <cstdlib>

#include <wbsync/wbsync.hpp>

#include "checks/package/no_relacy_macro.hpp"

bool standard_headers_keep_their_macros();

bool standard_headers_keep_their_macros() {
    errno = EINVAL;
    assert(errno != EBUSY && errno != ETIMEDOUT && errno != EINTR);
    return errno == EINVAL && EAGAIN == EWOULDBLOCK;
}
