#include "tools/sources-sim/grid_file.h"

#include "tools/sources-sim/soap_text.h"

namespace yht::sources_sim {
namespace {

constexpr const char* kResultMembers[] = {"seq",        "taskId",      "ticketNo",          "banliResult_12345", "description_12345",
                                          "deptName",   "solvingTime", "publicSatisfaction", "dissatisfyReason",  "telAskTime"};

}  // namespace

std::string gridOf(const std::vector<Message>& rows) {
    std::string text = "<?xml version=\"1.0\" encoding=\"GB18030\"?>\n<grid report=\"ins_case_main\" rows=\"" + std::to_string(rows.size()) + "\">\n";
    std::size_t number = 0;
    for (const Message& row : rows) {
        text += "  <row no=\"" + std::to_string(++number) + "\">\n";
        for (const Member& cell : row.members) text += "    <cell name=\"" + escaped(cell.name) + "\">" + escaped(cell.text) + "</cell>\n";
        text += "  </row>\n";
    }
    return text + "</grid>\n";
}

Message resultOfGrid(std::string_view utf8) {
    Message result;
    if (!elementOf(utf8, "row")) return result;
    for (const char* name : kResultMembers) {
        if (auto text = elementOf(utf8, name)) result.members.push_back({name, *std::move(text)});
    }
    return result;
}

}  // namespace yht::sources_sim
