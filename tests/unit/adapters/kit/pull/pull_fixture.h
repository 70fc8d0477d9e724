// A puller as its worker uses it, without a worker: portions are taken, settled, and their cursors and marks kept.
#pragma once

#include <gmock/gmock.h>

#include <map>

#include "adapters/kit/pull/puller.h"
#include "tests/unit/adapters/kit/kit_fixture.h"

namespace yht::kit {

class PullTest : public ::testing::Test {
protected:
    PullTest() {
        manifest_.id = manifest_.source = "zz-media";
        manifest_.secrets = {{"word", "file:word"}};
    }

    PullSurroundings surroundings() {
        return {.clock = clock_,
                .secret = [this](const std::string& name) -> base::Result<std::string> { return secrets_[name]; },
                .secret_path = [this](const std::string& name) -> base::Result<std::string> { return secrets_[name]; },
                .deployment_path = [](const std::string& file) { return file; },
                .file_mark = [this](const std::string& name) { return marks_[name]; },
                .before_request = [] {},
                .stop = {}};
    }
    void open() { puller_ = Puller::make(manifest_, surroundings()).value(); }

    /// Everything of one pull, at most `portions_max`; bodies of messages. An error ends it, as "!code".
    std::vector<std::string> pull(std::size_t portions_max = 1'000) {
        if (!puller_) open();
        std::vector<std::string> bodies;
        const auto fail = [&](const base::Error& error) {
            bodies.push_back(std::string("!") + error.row().wire);
            puller_.reset();
            return bodies;
        };
        if (auto begun = puller_->begin(cursor_); !begun.ok()) return fail(begun.error());
        for (std::size_t i = 0; i < portions_max; ++i) {
            auto portion = puller_->next();
            if (!portion.ok()) return fail(portion.error());
            if (!*portion) break;
            evidence_ = (*portion)->evidence;
            if ((*portion)->message) bodies.push_back((*portion)->body);
            cursor_ = (*portion)->cursor;
            if (!(*portion)->mark_of_file.empty()) marks_[(*portion)->mark_of_file] = (*portion)->file_mark;
            if (!settle_) break;  // a crash between commit and what follows it
            if (auto settled = puller_->settle(); !settled.ok()) return fail(settled.error());
        }
        return bodies;
    }

    base::ManualClock clock_{kApril};
    Manifest manifest_;
    std::map<std::string, std::string> secrets_, marks_;
    std::string cursor_;
    bool settle_ = true;
    trust::PeerEvidence evidence_;
    std::unique_ptr<Puller> puller_;
};

}  // namespace yht::kit
