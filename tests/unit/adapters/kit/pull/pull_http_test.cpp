// A paged interface over real TLS, that behaves as each test tells it.
#include <atomic>

#include "tests/unit/adapters/kit/fake_peer.h"
#include "adapters/kit/pull/http_pages.h"
#include "tests/unit/adapters/kit/pull/pull_fixture.h"

namespace yht::kit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// {"code":"200","data":{"list":[…]}}
std::string answerOf(const std::vector<std::pair<int, std::string>>& items, const std::string& more = "") {
    std::string list;
    for (const auto& [id, at] : items) list += (list.empty() ? "" : ",") + (R"({"id":)" + std::to_string(id) + R"(,"at":")" + at + "\"}");
    return R"({"code":"200","data":{"list":[)" + list + "]" + more + "}}";
}

class PullHttpTest : public PullTest {
protected:
    PullHttpTest() {
        const auto files = test::sharedPki().gateway();
        secrets_["word"] = files.private_key;
        manifest_.decode.items = "data/list";
        manifest_.decode.items_required = false;
        HttpPull http;
        http.ca = test::sharedPki().rootFile();
        http.auth.certificate = files.certificate;
        http.auth.key = "word";
        http.request.query = {{"from", "{from}"}, {"page", "{page}"}, {"fixed", "a b"}};
        http.success_path = "code";
        http.success_values = {"200"};
        http.paging.kind = PagingRule::Kind::Page;
        http.paging.size = 2;
        CursorRule cursor;
        cursor.place = "at";
        cursor.format = "%Y-%m-%d %H:%M:%S";
        cursor.zone = "Asia/Shanghai";
        cursor.start = "2019-04-18 08:00:00";
        http.cursor = cursor;
        manifest_.pull.emplace();
        manifest_.pull->timeout_s = 20;
        manifest_.pull->way = http;
    }
    HttpPull& http() { return std::get<HttpPull>(manifest_.pull->way); }

    /// Answers each request in turn, whatever its connection; the last one for ever.
    void serve(std::vector<std::string> answers) {
        answers_ = std::move(answers);
        peer_ = std::make_unique<FakePeer>([this](FakePeer::Talk& talk) {
            for (std::string request = talk.request(); !request.empty(); request = talk.request()) {
                std::string answer;
                {
                    const std::lock_guard lock(mutex_);
                    requests_.push_back(request.substr(0, request.find("\r\n")));
                    answer = answers_[std::min(requests_.size(), answers_.size()) - 1];
                }
                if (answer.starts_with("HTTP/")) talk.send(answer);
                else if (answer.empty()) return talk.close();
                else talk.answer(answer);
            }
        });
        http().request.url = peer_->url() + "/list";
    }
    std::vector<std::string> requests() {
        const std::lock_guard lock(mutex_);
        return requests_;
    }

    std::mutex mutex_;
    std::vector<std::string> answers_, requests_;
    std::unique_ptr<FakePeer> peer_;
};

TEST_F(PullHttpTest, ReadsPagesToAShortOneAndMovesTheCursorToTheGreatest) {
    serve({answerOf({{1, "2019-04-18 09:00:02"}, {2, "2019-04-18 09:00:01"}}), answerOf({{3, "2019-04-18 09:00:00"}}), answerOf({})});
    EXPECT_THAT(pull(), SizeIs(2));
    EXPECT_EQ(R"({"at":"2019-04-18 09:00:02"})", cursor_);
    EXPECT_THAT(pull(), IsEmpty());
    EXPECT_THAT(requests(), ElementsAre(HasSubstr("/list?from=2019-04-18%2008%3A00%3A00&page=1&fixed=a%20b"), HasSubstr("page=2"), HasSubstr("from=2019-04-18%2009%3A00%3A02&page=1")));
    EXPECT_EQ(trust::PeerCheck::TlsCertificate, evidence_.check);
}

TEST_F(PullHttpTest, ACrashGoesOnAtTheNextPageOfTheSameWindow) {
    serve({answerOf({{1, "2019-04-18 09:00:00"}, {2, "2019-04-18 09:00:01"}}), answerOf({{3, "2019-04-18 09:00:02"}})});
    EXPECT_THAT(pull(1), SizeIs(1));
    puller_.reset();
    EXPECT_THAT(pull(), SizeIs(1));
    EXPECT_THAT(requests()[1], HasSubstr("from=2019-04-18%2008%3A00%3A00&page=2"));
    EXPECT_EQ(R"({"at":"2019-04-18 09:00:02"})", cursor_);
}

TEST_F(PullHttpTest, AnAscendingSourceIsAskedFromTheLastItemAndNotByPageNumber) {
    http().cursor->ascending = true;
    serve({answerOf({{1, "2019-04-18 09:00:00"}, {2, "2019-04-18 09:00:00"}}), answerOf({{1, "2019-04-18 09:00:00"}, {2, "2019-04-18 09:00:00"}}), answerOf({{3, "2019-04-18 09:00:00"}})});
    EXPECT_THAT(pull(), SizeIs(3));
    EXPECT_THAT(requests(), ElementsAre(HasSubstr("08%3A00%3A00&page=1"), HasSubstr("09%3A00%3A00&page=1"), HasSubstr("09%3A00%3A00&page=2")));
}

TEST_F(PullHttpTest, TheOverlapAsksAgainAndTheCursorDoesNotGoBack) {
    http().cursor->overlap = 300;
    serve({answerOf({{1, "2019-04-18 09:00:00"}}), answerOf({{2, "2019-04-18 08:58:00"}}), answerOf({})});
    EXPECT_THAT(pull(), SizeIs(1));
    EXPECT_THAT(pull(), SizeIs(1));
    EXPECT_EQ(R"({"at":"2019-04-18 09:00:00"})", cursor_);
    EXPECT_THAT(requests()[1], HasSubstr("from=2019-04-18%2008%3A55%3A00"));
}

TEST_F(PullHttpTest, HttpOkThatSaysNoMovesNothing) {
    serve({R"({"code":"500","data":{"list":[{"id":1,"at":"2019-04-18 09:00:00"}]}})"});
    EXPECT_THAT(pull(), ElementsAre("!delivery.refused"));
    EXPECT_EQ("", cursor_);
}

TEST_F(PullHttpTest, APageOfHtmlOrACutAnswerMovesNothing) {
    http().success_path.clear();
    serve({"<html>please log in</html>", "", "HTTP/1.1 503 x\r\nContent-Length: 0\r\n\r\n"});
    EXPECT_THAT(pull(), ElementsAre("!delivery.answer_invalid"));
    EXPECT_THAT(pull(), ElementsAre("!delivery.answer_lost"));
    EXPECT_THAT(pull(), ElementsAre("!delivery.peer_busy"));
    EXPECT_EQ("", cursor_);
}

TEST_F(PullHttpTest, AnAnswerBeyondItsBoundIsRefused) {
    http().answer_bytes_max = 100;
    serve({answerOf({{1, "2019-04-18 09:00:00"}}, R"(,"x":")" + std::string(200, 'x') + "\"")});
    EXPECT_THAT(pull(), ElementsAre("!delivery.answer_invalid"));
}

TEST_F(PullHttpTest, ATokenIsTakenAnewOnceWhereItIsRefused) {
    const std::string refused = "HTTP/1.1 401 x\r\nContent-Length: 0\r\n\r\n";
    serve({R"({"data":{"token":"T1"}})", answerOf({{1, "2019-04-18 09:00:00"}}), refused, R"({"data":{"token":"T2"}})", answerOf({}), refused, R"({"data":{"token":"T3"}})", refused});
    TokenCallRule call;
    call.request.url = peer_->url() + "/login";
    call.request.post = true;
    call.request.body = R"({"secret":"{secret:word}"})";
    call.request.content_type = "application/json";
    call.token_path = "data/token";
    call.header = "Authorization";
    call.value = "Bearer {token}";
    http().auth.token_call = call;
    EXPECT_THAT(pull(), SizeIs(1));
    EXPECT_THAT(pull(), IsEmpty());
    EXPECT_THAT(pull(), ElementsAre("!peer.login_refused"));
    EXPECT_THAT(requests(), SizeIs(8));
}

TEST_F(PullHttpTest, ANextLinkToAnotherHostIsNotFollowed) {
    http().paging.kind = PagingRule::Kind::NextLink;
    http().paging.next_path = "data/next";
    serve({answerOf({{1, "2019-04-18 09:00:00"}}, R"(,"next":"/list?token=2")"), answerOf({{2, "2019-04-18 09:00:01"}}, R"(,"next":"https://elsewhere.example/")"), answerOf({})});
    EXPECT_THAT(pull(), ElementsAre(HasSubstr("\"id\":1"), HasSubstr("\"id\":2"), "!delivery.answer_invalid"));
    EXPECT_THAT(requests(), ElementsAre(HasSubstr("page=1"), HasSubstr("/list?token=2")));
}

TEST_F(PullHttpTest, ALinkThatIsTooLongIsNoEnd) {
    http().paging.kind = PagingRule::Kind::NextLink;
    http().paging.next_path = "data/next";
    serve({answerOf({{1, "2019-04-18 09:00:00"}}, R"(,"next":"/list?token=)" + std::string(kNextLinkBytesMax, 'x') + "\"")});
    EXPECT_THAT(pull(), ElementsAre("!delivery.answer_invalid"));
    EXPECT_EQ("", cursor_) << "pages that nobody saw must not lie behind the cursor";
}

TEST_F(PullHttpTest, AnotherAuthorityIsNotTrusted) {
    serve({answerOf({})});
    const test::Pki other("another root");
    http().ca = other.rootFile();
    EXPECT_THAT(pull(), ElementsAre("!peer.untrusted"));
    EXPECT_THAT(requests(), IsEmpty());
}

}  // namespace
}  // namespace yht::kit
