// Places in a source, as a reader sees them.
#include <wbsync/engine/site.hpp>

#include <doctest/doctest.h>

using wbsync::site;

namespace {

template <class T>
site inside(T = {}) {
    return site::here();
}

struct ordered {
    int value;
    site operator<(const ordered&) const { return site::here(); }
};

} // namespace

TEST_CASE("sites: a function is told without its template arguments") {
    CHECK(inside<site>().function_name() == "inside");
    CHECK(inside<int>().function_name() == "inside");
}

TEST_CASE("sites: the name of an operator is whole") {
    CHECK((ordered{1} < ordered{2}).function_name() == "operator<");
}
