// SPDX-License-Identifier: BSD-3-Clause
// The main() of tests: doctest's, and a word about the test cases that were skipped.
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include "checks/support/skip.hpp"

#include <cstddef>
#include <iostream>

namespace {

std::size_t started = 0;

/// Counts the test cases that are run, and lists the skipped ones at the end of the report. doctest
/// has counted these as passed.
struct skip_listener : doctest::IReporter {
    explicit skip_listener(const doctest::ContextOptions& options) : out_(*options.cout) {}

    void test_case_start(const doctest::TestCaseData&) override { ++started; }
    void test_run_end(const doctest::TestRunStats&) override {
        if (skip::notes.empty())
            return;
        out_ << "[doctest] skipped, though counted as passed below: " << skip::notes.size() << "\n";
        for (const skip::note& n : skip::notes)
            out_ << "  skipped: " << n.test << ": " << n.reason << '\n';
    }

    void report_query(const doctest::QueryData&) override {}
    void test_run_start() override {}
    void test_case_reenter(const doctest::TestCaseData&) override {}
    void test_case_end(const doctest::CurrentTestCaseStats&) override {}
    void test_case_exception(const doctest::TestCaseException&) override {}
    void subcase_start(const doctest::SubcaseSignature&) override {}
    void subcase_end() override {}
    void log_assert(const doctest::AssertData&) override {}
    void log_message(const doctest::MessageData&) override {}
    void test_case_skipped(const doctest::TestCaseData&) override {}

private:
    std::ostream& out_;
};
DOCTEST_REGISTER_LISTENER("skip", 0, skip_listener);

} // namespace

int main(int argc, char** argv) {
    const int status = doctest::Context(argc, argv).run();
    if (status != 0 || started == 0 || skip::notes.size() != started)
        return status;
    return skip::status;
}
