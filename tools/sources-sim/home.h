// Where results come home to the sources: over HTTP to 110's and the board's own paths, in a SOAP call to the street platform,
// as files in the districts' folders, as rows of the shared database. Each is checked as such a system would (its number, the
// ticket's number, a time, a text, a code of its own list), kept once under its number, and answered in the source's way. The
// board publishes a number once and refuses its repeat; it can be asked whether a number is published.
// Uses: exchange, grid_file, soap_text, stage. Used by: serving, main.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "tools/sources-sim/exchange.h"
#include "tools/stage/database.h"
#include "tools/stage/listener.h"

namespace yht::sources_sim {

struct CameHome {
    std::string shape, what;      // "110", "result"
    std::string ref, ticket_no;   // the source's number, the gateway's
    std::string text;             // what is answered to the citizen; as it came
    bool again = false;           // had already
    bool unheard = false;         // it is kept, and who brought it gets no answer
    std::string problem;          // "" well
};

/// Thread-safety: any thread.
class Home {
public:
    using Teller = std::function<void(const CameHome&)>;
    /// `path` of its SQLite store; what stands there was had already. `tell` hears of everything that comes. Whoever brings one of
    /// the first `answers_lost` over HTTP gets no answer.
    Home(const std::string& path, Teller tell, std::uint64_t answers_lost = 0);

    /// nullopt where the request is for nobody here.
    std::optional<stage::HttpAnswer> take(const stage::HttpRequest& request);
    /// HF_*.csv of the district and JG_*.xml of the grid: read, then moved to the folder's `taken`.
    void lookIntoFolder(const std::string& folder);
    void lookIntoDatabase(Odbc& database);

    struct Counts {
        std::uint64_t came = 0, again = 0, wrong = 0, asked = 0;
    };
    Counts counts();

private:
    /// Judges, keeps and tells; what was found.
    CameHome receive(const char* rule_name, const Message& result, bool over_http = false);
    /// Whether that reply is published: code 200, or 404.
    stage::HttpAnswer answerQuestion(const stage::HttpRequest& request);
    void receiveRows(const std::string& csv);
    void receiveGrid(const std::string& xml);
    stage::HttpAnswer answerSoap(const stage::HttpRequest& request);

    std::mutex mutex_;
    stage::Database database_;  // protected by mutex_
    const Teller tell_;
    Counts counts_;             // protected by mutex_
    std::uint64_t answers_lost_;  // protected by mutex_
};

}  // namespace yht::sources_sim
