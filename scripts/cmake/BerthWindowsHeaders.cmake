# SPDX-License-Identifier: MIT
# Libraries that are headers alone serve a Windows build from where Debian installs them. Only their own
# folders are taken: beside them lie the headers of Linux.
if(NOT (CMAKE_CROSSCOMPILING AND WIN32))
  return()
endif()

set(borrowed ${PROJECT_BINARY_DIR}/borrowed)
function(berth_borrow_headers target folder package)
  if(TARGET ${target})
    return()
  endif()
  if(NOT IS_DIRECTORY /usr/include/${folder})
    message(FATAL_ERROR "no folder /usr/include/${folder}: install ${package}")
  endif()
  file(MAKE_DIRECTORY ${borrowed})
  file(CREATE_LINK /usr/include/${folder} ${borrowed}/${folder} SYMBOLIC)
  add_library(${target} INTERFACE IMPORTED GLOBAL)
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES ${borrowed})
endfunction()
berth_borrow_headers(nlohmann_json::nlohmann_json nlohmann nlohmann-json3-dev)
berth_borrow_headers(CLI11::CLI11 CLI libcli11-dev)
