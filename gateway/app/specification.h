// 《接口规范》: everything a partner builds against as one HTML page that needs nothing else, to be printed and filed.
// Every fact in it comes from where the gateway itself has it: the guide (schemas/README*.md, inside the binary), the
// OpenAPI file, the route table, the error table, the limits, the field catalogue and the code lists.
// Uses: http, ticket, markdown. Used by: commands (yht schema spec), tests.
#pragma once

#include <string>
#include <vector>

#include "gateway/app/markdown.h"

namespace yht::app {

/// The page: XHTML that HTML readers take too. Chinese first, English beside it.
std::string specificationHtml();

/// Its chapter on the paths: parameters, answers, and the objects that they are made of.
std::vector<MarkdownBlock> interfaceBlocks();

}  // namespace yht::app
